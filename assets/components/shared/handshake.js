// Which edits Python has taken over. The component numbers its edits upwards; what Python sends
// names the last that it contains, and an older answer must not undo what the hand does meanwhile.
// The other side is pages/ui/edits.py.

export class Handshake {
  constructor() {
    this.serial = 0;
    this.open = false;
  }

  // An edit begins, or goes on: it has one number until it is sent.
  begin() {
    if (!this.open) this.serial += 1;
    this.open = true;
  }

  // The number of the edit that is sent now.
  send() {
    this.begin();
    this.open = false;
    return this.serial;
  }

  // Whether an answer lacks an edit. A page that numbers none sends no serial.
  isOld(serial) {
    return (serial ?? this.serial) < this.serial;
  }

  take(serial) {
    this.serial = Math.max(this.serial, serial ?? 0);
  }
}
