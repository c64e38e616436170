// A minute of bits per second, received and sent, as two lines on a canvas.

import { formatRate } from "./path.js";

const SECONDS = 60;
const FLOOR = 64_000; // What a quiet line is measured against, lest noise fill the plot.

export class Plot {
  #canvas;
  #samples = [];

  constructor(canvas) {
    this.#canvas = canvas;
    canvas.setAttribute("role", "img");
  }

  add(sample, description) {
    this.#samples.push(sample);
    if (this.#samples.length > SECONDS) this.#samples.shift();
    this.#canvas.setAttribute("aria-label", description);
    this.draw();
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (width === 0) return; // Not in sight.
    const scale = window.devicePixelRatio || 1;
    this.#canvas.width = width * scale;
    this.#canvas.height = height * scale;
    const context = this.#canvas.getContext("2d");
    context.scale(scale, scale);
    const style = getComputedStyle(this.#canvas);
    const color = (name) => style.getPropertyValue(name).trim();
    const top = niceTop(Math.max(FLOOR, ...this.#samples.flatMap((s) => [s.received, s.sent])));
    drawGrid(context, width, height, top, color);
    this.#drawLine(context, width, height, top, "sent", color("--sent"));
    this.#drawLine(context, width, height, top, "received", color("--received"));
  }

  #drawLine(context, width, height, top, key, color) {
    const x = (index) => width - ((this.#samples.length - 1 - index) * width) / (SECONDS - 1);
    const y = (value) => height - 2 - (value / top) * (height - 16);
    context.beginPath();
    this.#samples.forEach((sample, index) => context.lineTo(x(index), y(sample[key])));
    context.strokeStyle = color;
    context.lineWidth = 1.75;
    context.lineJoin = "round";
    context.stroke();
    if (key !== "received" || this.#samples.length < 2) return;
    context.lineTo(width, height);
    context.lineTo(x(0), height);
    context.globalAlpha = 0.12;
    context.fillStyle = color;
    context.fill();
    context.globalAlpha = 1;
  }
}

function drawGrid(context, width, height, top, color) {
  context.font = "10px system-ui, sans-serif";
  context.fillStyle = color("--muted");
  context.strokeStyle = color("--line");
  for (const part of [1, 0.5]) {
    const y = height - 2 - part * (height - 16);
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
    context.fillText(formatRate(top * part), 0, y - 3);
  }
}

/** The next of 1, 2, 5 times a power of ten. */
function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= value);
}
