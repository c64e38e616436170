// QR codes (ISO/IEC 18004) of short texts: byte mode, versions 1 to 12, error correction M. The
// link of a room is drawn in the browser, so that what is in its fragment never leaves it.

// Per version: code words of correction in a block, and the data code words of each block.
const BLOCKS = [
  undefined,
  [10, [16]], [16, [28]], [26, [44]], [18, [32, 32]], [24, [43, 43]],
  [16, [27, 27, 27, 27]], [18, [31, 31, 31, 31]], [22, [38, 38, 39, 39]],
  [22, [36, 36, 36, 37, 37]], [26, [43, 43, 43, 43, 44]],
  [30, [50, 51, 51, 51, 51]], [22, [36, 36, 36, 36, 36, 36, 37, 37]],
];
const ALIGNMENT = [
  undefined, [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34],
  [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50], [6, 30, 54], [6, 32, 58],
];
const MASKS = [
  (x, y) => (x + y) % 2 === 0,
  (x, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Rows of booleans, true is dark; undefined for a text that is too long. */
export function encode(text) {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((row, index) =>
    row && bytes.length + headerBytes(index) <= capacity(index));
  if (version < 0) return undefined;
  const bits = codeWords(version, bytes).flatMap((word) => bitsOf(word, 8));
  const candidates = MASKS.map((_, mask) => draw(version, bits, mask));
  return candidates.reduce((best, next) => (penalty(next) < penalty(best) ? next : best));
}

function capacity(version) {
  return BLOCKS[version][1].reduce((sum, words) => sum + words, 0);
}

// The mode (4 bits) and the length (8 bits, from version 10 on 16).
function headerBytes(version) {
  return version < 10 ? 1.5 : 2.5;
}

function bitsOf(value, count) {
  return Array.from({ length: count }, (_, i) => (value >> (count - 1 - i)) & 1);
}

function codeWords(version, bytes) {
  const bits = [0, 1, 0, 0, ...bitsOf(bytes.length, version < 10 ? 8 : 16)];
  for (const byte of bytes) bits.push(...bitsOf(byte, 8));
  const total = capacity(version);
  bits.push(...new Array(Math.min(4, total * 8 - bits.length)).fill(0));
  while (bits.length % 8 !== 0) bits.push(0);
  const data = [];
  for (let i = 0; i < bits.length; i += 8) data.push(parseInt(bits.slice(i, i + 8).join(""), 2));
  for (let pad = 0xec; data.length < total; pad ^= 0xec ^ 0x11) data.push(pad);

  const [correctionLength, lengths] = BLOCKS[version];
  const blocks = lengths.map((length) => data.splice(0, length));
  const corrections = blocks.map((block) => correction(block, correctionLength));
  return [...interleave(blocks), ...interleave(corrections)];
}

function interleave(blocks) {
  const longest = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: longest }, (_, i) => blocks.map((block) => block[i])).flat()
    .filter((word) => word !== undefined);
}

// Multiplication modulo x^8 + x^4 + x^3 + x^2 + 1.
function multiply(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

// The remainder of Reed and Solomon's division.
function correction(data, length) {
  let divisor = [...new Array(length - 1).fill(0), 1];
  let root = 1;
  for (let i = 0; i < length; i += 1) {
    divisor = divisor.map((word, j) => multiply(word, root) ^ (divisor[j + 1] ?? 0));
    root = multiply(root, 2);
  }
  const remainder = new Array(length).fill(0);
  for (const word of data) {
    const factor = word ^ remainder.shift();
    remainder.push(0);
    divisor.forEach((coefficient, i) => { remainder[i] ^= multiply(coefficient, factor); });
  }
  return remainder;
}

function draw(version, bits, mask) {
  const size = version * 4 + 17;
  const rows = Array.from({ length: size }, () => new Array(size).fill(undefined));
  const set = (x, y, dark) => {
    if (rows[y] && x >= 0 && x < size) rows[y][x] = Boolean(dark);
  };
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) drawSquares(set, x, y, 4, [0, 1, 3]);
  for (const x of ALIGNMENT[version]) {
    for (const y of ALIGNMENT[version]) {
      if (rows[y][x] === undefined) drawSquares(set, x, y, 2, [0, 2]);
    }
  }
  for (let i = 8; i < size - 8; i += 1) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  drawFormat(set, size, mask);
  if (version >= 7) drawVersion(set, size, version);
  drawData(rows, size, bits, mask);
  return rows;
}

// Squares around a centre; those of the radii in `dark` are dark.
function drawSquares(set, x, y, radius, dark) {
  for (let dy = -radius; dy <= radius; dy += 1) {
    for (let dx = -radius; dx <= radius; dx += 1) {
      set(x + dx, y + dy, dark.includes(Math.max(Math.abs(dx), Math.abs(dy))));
    }
  }
}

function remainderOf(value, generator, degree) {
  let rest = value;
  for (let i = 0; i < degree; i += 1) rest = (rest << 1) ^ ((rest >> (degree - 1)) * generator);
  return rest;
}

// Correction M is 00; 15 bits, twice.
function drawFormat(set, size, mask) {
  const word = ((mask << 10) | remainderOf(mask, 0x537, 10)) ^ 0x5412;
  for (let i = 0; i < 15; i += 1) {
    const dark = (word >> i) & 1;
    const near = i < 6 ? i : i < 8 ? i + 1 : 14 - i + (i === 8 ? 1 : 0);
    if (i < 8) set(8, near, dark);
    else set(near, 8, dark);
    if (i < 8) set(size - 1 - i, 8, dark);
    else set(8, size - 15 + i, dark);
  }
  set(8, size - 8, true);
}

function drawVersion(set, size, version) {
  const word = (version << 12) | remainderOf(version, 0x1f25, 12);
  for (let i = 0; i < 18; i += 1) {
    const dark = (word >> i) & 1;
    const far = size - 11 + (i % 3);
    const near = Math.floor(i / 3);
    set(far, near, dark);
    set(near, far, dark);
  }
}

// In pairs of columns from the right, up and down by turns, around the timing column.
function drawData(rows, size, bits, mask) {
  let next = 0;
  let upward = true;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const y = upward ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (rows[y][x] !== undefined) continue;
        rows[y][x] = (bits[next] === 1) !== MASKS[mask](x, y);
        next += 1;
      }
    }
    upward = !upward;
  }
}

// How hard it is to read: long runs, squares, and an imbalance of dark and light.
function penalty(rows) {
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  let sum = 0;
  let dark = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.map(Number).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    sum += 40 * (text.match(/(?=10111010000|00001011101)/g) ?? []).length;
  }
  rows.forEach((row, y) => row.forEach((cell, x) => {
    dark += Number(cell);
    const below = rows[y + 1];
    if (below && x + 1 < row.length &&
        cell === row[x + 1] && cell === below[x] && cell === below[x + 1]) sum += 3;
  }));
  const percent = (100 * dark) / rows.length ** 2;
  return sum + 10 * Math.floor(Math.abs(percent - 50) / 5);
}

/** A canvas with the code and the quiet zone around it, or undefined. */
export function drawCode(text) {
  const rows = encode(text);
  if (!rows) return undefined;
  const quiet = 4;
  const scale = 4;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = (rows.length + 2 * quiet) * scale;
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000";
  rows.forEach((row, y) => row.forEach((dark, x) => {
    if (dark) context.fillRect((x + quiet) * scale, (y + quiet) * scale, scale, scale);
  }));
  return canvas;
}
