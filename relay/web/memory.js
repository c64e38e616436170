// What the browser keeps for a page, where the person lets it: without, nothing is remembered.

function attempt(use) {
  try {
    return use();
  } catch {
    return null;
  }
}

export function recall(key) {
  return attempt(() => localStorage.getItem(key));
}

export function remember(key, value) {
  attempt(() => localStorage.setItem(key, value));
}

/** The same, but for this tab alone: it outlives a page that is loaded again. */
export function recallOfTab(key) {
  return attempt(() => JSON.parse(sessionStorage.getItem(key)));
}

export function rememberOfTab(key, value) {
  attempt(() => sessionStorage.setItem(key, JSON.stringify(value)));
}
