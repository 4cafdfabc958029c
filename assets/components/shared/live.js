// The camera, live: its frames as pixels of a given size, and the buttons for it. Nothing leaves
// the browser but a frame that somebody keeps.

import { element, iconButton } from "./dom.js";

const LUMINANCE = [0.299, 0.587, 0.114]; // cnnviz.images.pictures.LUMINANCE
const REASONS = {
  NotAllowedError: "The browser did not allow the camera.",
  NotFoundError: "No camera was found.",
  NotReadableError: "The camera is in use elsewhere.",
};
const INSECURE = "Browsers allow the camera only at localhost or over https.";

export class Live {
  // see(): draw a frame, of a size that it asks `pixels` for; over(): the camera has been stopped;
  // kept(text): a frame as a PNG, in base 64; complain(sentence).
  constructor({ see, over, kept, complain }) {
    Object.assign(this, { see, over, kept, complain });
    this.video = null;
    this.hasSeen = false;
    this.canvas = element("canvas");
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.button = iconButton("videocam", "Live camera", () => this.toggle());
    this.keeper = element("button", {
      type: "button",
      text: "Keep this frame",
      onclick: () => this.keep(),
    });
    this.box = element("span", { class: "live" }, this.button, this.keeper);
    this.label();
    // What nobody sees need not be filmed.
    this.hidden = () => document.hidden && this.stop();
  }

  get on() {
    return Boolean(this.video);
  }

  toggle() {
    if (this.on) this.stop();
    else this.start();
  }

  async start() {
    this.complain("");
    if (!navigator.mediaDevices) return this.complain(INSECURE);
    this.wanted = true;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { width: { ideal: 640 }, frameRate: { ideal: 30 } },
      });
      const video = Object.assign(document.createElement("video"), {
        srcObject: stream,
        muted: true,
        playsInline: true,
      });
      if (!this.wanted) return end(video); // left before the camera was there
      this.video = video;
      document.addEventListener("visibilitychange", this.hidden);
      stream.getVideoTracks()[0].onended = () => this.stop();
      await video.play();
      this.label();
      this.next(video);
    } catch (error) {
      this.stop();
      this.complain(REASONS[error.name] ?? "The camera could not be started.");
    }
  }

  next(video) {
    const frame = () => {
      if (this.video !== video) return;
      this.see();
      if (!this.hasSeen) {
        this.hasSeen = true;
        this.label();
      }
      this.next(video);
    };
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(frame);
    else requestAnimationFrame(frame);
  }

  stop() {
    this.wanted = false;
    if (!this.video) return;
    end(this.video);
    this.video = null;
    this.hasSeen = false;
    document.removeEventListener("visibilitychange", this.hidden);
    this.label();
    this.over();
  }

  // The frame in RGBA, as much of its middle as has the shape of the picture that it stands for.
  pixels(height, width) {
    const { canvas, context, video } = this;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    const [tall, wide] = [video.videoHeight, video.videoWidth];
    const scale = Math.min(tall / height, wide / width);
    const [high, across] = [height * scale, width * scale];
    context.drawImage(
      video,
      (wide - across) / 2,
      (tall - high) / 2,
      across,
      high,
      0,
      0,
      width,
      height,
    );
    return context.getImageData(0, 0, width, height).data;
  }

  // It becomes the picture in hand.
  keep() {
    const text = this.written("image/png");
    this.stop();
    this.kept(text);
  }

  // The last frame as a file, in base 64.
  written(kind) {
    return this.canvas.toDataURL(kind, 0.9).split(",")[1];
  }

  label() {
    const words = this.on ? "Stop the camera" : "Live camera";
    this.button.firstChild.textContent = this.on ? "videocam_off" : "videocam";
    this.button.title = words;
    this.button.setAttribute("aria-label", words);
    this.button.setAttribute("aria-pressed", this.on);
    this.keeper.style.display = this.hasSeen ? "" : "none"; // before, there is nothing to keep
  }
}

function end(video) {
  for (const track of video.srcObject.getTracks()) track.stop();
  video.srcObject = null;
}

// One plane after the other, as numbers, of RGBA bytes: source is "grey", "colour" or a colour.
export function planesOfFrame(bytes, source, planes) {
  const size = bytes.length / 4;
  if (source === "grey") {
    const [red, green, blue] = LUMINANCE;
    for (let at = 0; at < size; at++) {
      const from = 4 * at;
      planes[at] = Math.round(red * bytes[from] + green * bytes[from + 1] + blue * bytes[from + 2]);
    }
    return planes;
  }
  const channels = source === "colour" ? [0, 1, 2] : [["red", "green", "blue"].indexOf(source)];
  channels.forEach((channel, plane) => {
    for (let at = 0; at < size; at++) planes[plane * size + at] = bytes[4 * at + channel];
  });
  return planes;
}
