// Small ways to make elements; text always goes in as text.

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else if (name.startsWith("on")) made[name] = value;
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// A section under its title; what the title says is given in parts, words or elements.
export function titled(attributes, parts, ...children) {
  const title = parts.map((part) =>
    typeof part === "string" ? element("span", { text: part }) : part,
  );
  return element("section", attributes, element("div", { class: "title" }, ...title), ...children);
}

// A button with a Material Symbol, the font that Streamlit's page already carries.
export function iconButton(symbol, label, onclick) {
  return element(
    "button",
    { type: "button", class: "icon", title: label, "aria-label": label, onclick },
    element("span", { class: "symbol", "aria-hidden": "true", text: symbol }),
  );
}

// Show a canvas at a scale, its pixels sharp where they are large.
export function enlarge(canvas, scale) {
  canvas.style.width = `${canvas.width * scale}px`;
  canvas.style.height = `${canvas.height * scale}px`;
  canvas.style.imageRendering = scale >= 1 ? "pixelated" : "auto";
}

// Make a canvas of one pixel for each number; fill(pixels) writes its RGBA bytes. Returns it.
export function fillCanvas(canvas, columns, rows, fill) {
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== rows) canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  fill(image.data);
  context.putImageData(image, 0, 0);
  return canvas;
}

// Give a canvas a size in CSS pixels and the device's own pixels; returns its context, empty, in
// CSS pixels.
export function sharpContext(canvas, width, height) {
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const ratio = window.devicePixelRatio || 1;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
