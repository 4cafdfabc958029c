// Bring what follows into view: mounted above a stage when its experiment was pressed, so that one
// sees what comes of it. It shows nothing itself.

export default function (component) {
  const root = component.parentElement.querySelector(".root");
  if (root.arrived) return;
  root.arrived = true;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  root.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}
