// Who signs the server's certificate, where that is an authority of its own: {name, sha256}. Null:
// somebody else does; undefined: no answer.

export async function authorityOf() {
  try {
    const answer = await fetch("/api/authority", { cache: "no-store" });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}
