// Transposed convolution as it writes: pixel after pixel lays its value times the kernel onto the
// output, where overlapping stamps add up. These are methods of the stage.

export const stampMethods = {
  // Go that many pixels of the input on, and let that one write.
  advanceStamp(steps) {
    const count = this.height * this.width;
    this.stampedUntil = ((((this.stampedUntil ?? -1) + steps) % count) + count) % count;
    this.stamping = true;
    this.stamp = this.placeOf(this.stampedUntil);
    this.draw();
  },

  // Where a pixel of the input, counted row by row, lies among the zeros between and around.
  placeOf(index) {
    const { origin, spread } = this.settings;
    const cell = [Math.floor(index / this.width), index % this.width];
    return cell.map((at, axis) => origin[axis] + at * spread[axis]);
  },

  // What stands in the output once all pixels up to the one in hand have written; NaN where
  // nothing has been written yet.
  writtenSoFar() {
    const values = new Float32Array(this.outRows * this.outColumns).fill(NaN);
    for (let index = 0; index <= this.stampedUntil; index++) {
      const place = this.placeOf(index);
      const value = this.inputAt(...place);
      for (const cell of this.touching(place)) {
        const at = cell[0] * this.outColumns + cell[1];
        const before = Number.isNaN(values[at]) ? 0 : values[at];
        values[at] = before + value * this.weightOn(cell, place);
      }
    }
    return values;
  },
};
