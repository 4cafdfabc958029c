// Which maps lead into which, through which kernel, for one way to connect a layer. A place is
// { column, at }: a card of the column "picture", "volume", "between" or "output".

export class Joints {
  constructor(connection, settings, data) {
    this.connection = connection;
    this.count = settings.channels;
    this.taps = settings.side ** 2;
    this.data = data;
  }

  get separable() {
    return this.connection.kind === "separable";
  }

  sees(channel, output) {
    const { kind, groups } = this.connection;
    if (kind !== "grouped" && kind !== "depthwise") return true;
    const size = this.count / groups;
    return Math.floor(channel / size) === Math.floor(output / size);
  }

  kernel({ data }, at) {
    return data.subarray(at * this.taps, (at + 1) * this.taps);
  }

  mixing(channel, output) {
    const weights = this.separable ? this.data.mixing : this.data.pointwise;
    return weights.data.subarray(channel * this.count + output, channel * this.count + output + 1);
  }

  // The kernels that lead into a card: [{ from: column, at, kernel }].
  incoming({ column, at }) {
    const { first_kernels: first, depthwise_kernels: depthwise, kernels } = this.data;
    const all = Array.from({ length: this.count }, (_, channel) => channel);
    if (column === "picture") return [];
    if (column === "volume") {
      return [0, 1, 2].map((one) => ({
        from: "picture",
        at: one,
        kernel: this.kernel(first, one * this.count + at),
      }));
    }
    if (column === "between") return [{ from: "volume", at, kernel: this.kernel(depthwise, at) }];
    if (this.separable) {
      return all.map((one) => ({ from: "between", at: one, kernel: this.mixing(one, at) }));
    }
    const pointwise = this.connection.kind === "pointwise";
    return all
      .filter((channel) => this.sees(channel, at))
      .map((one) => ({
        from: "volume",
        at: one,
        kernel: pointwise ? this.mixing(one, at) : this.kernel(kernels, one * this.count + at),
      }));
  }

  // Every line there is: from one card to another, and its kernel.
  edges() {
    const columns = this.separable ? ["volume", "between", "output"] : ["volume", "output"];
    const places = columns.flatMap((column) =>
      Array.from({ length: this.count }, (_, at) => ({ column, at })),
    );
    return places.flatMap((to) =>
      this.incoming(to).map(({ from, at, kernel }) => ({ from: { column: from, at }, to, kernel })),
    );
  }

  // All weights that lead out of a column; one range colours them.
  weights(from) {
    if (from === "picture") return this.data.first_kernels.data;
    if (from === "between") return this.data.mixing.data;
    if (this.connection.kind === "pointwise") return this.data.pointwise.data;
    return this.separable ? this.data.depthwise_kernels.data : this.data.kernels.data;
  }
}

// The lines into a card and out of it, and, through the step between, all the way.
export function chain(here, edges) {
  const lit = new Set();
  const back = (place) =>
    edges.forEach(({ from, to }, at) => {
      if (!samePlace(to, place)) return;
      lit.add(at);
      if (from.column === "between") back(from);
    });
  const on = (place) =>
    edges.forEach(({ from, to }, at) => {
      if (!samePlace(from, place)) return;
      lit.add(at);
      if (to.column === "between") on(to);
    });
  back(here);
  on(here);
  return lit;
}

export function samePlace(one, other) {
  return Boolean(one && other) && one.column === other.column && one.at === other.at;
}

export function touchesPlace({ from, to }, place) {
  return samePlace(from, place) || samePlace(to, place);
}
