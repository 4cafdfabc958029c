// Keeps the thumbnails of a collection for the components that show them; shows nothing itself.

import { keepCollection } from "../collection.js";
import { unpack } from "../../shared/wire.js";

export default function (component) {
  const { settings, arrays } = unpack(component.data);
  keepCollection(settings.collection, () => {
    let start = 0;
    const urls = [...arrays.ends.data].map((end) => {
      const bytes = arrays.jpegs.data.subarray(start, end);
      start = end;
      return URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
    });
    return { ...settings, urls };
  });
}
