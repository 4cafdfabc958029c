// What is made in the browser goes the way of every picture: through Streamlit's uploader, which is
// in the page beside the component.

export function upload(file) {
  const chooser = document.querySelector(".st-key-picture_upload input[type=file]");
  if (!chooser) return false;
  const files = new DataTransfer();
  files.items.add(file);
  chooser.files = files.files;
  chooser.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}
