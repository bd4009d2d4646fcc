/** A progress bar on a terminal. */

const BAR_WIDTH = 40;

export interface Bar {
  at(done: number): void;
  end(): void;
}

/** Draws only on a terminal, and at most once per percent. `things`: what is counted, in the plural. */
export function createBar(
  screen: { write(text: string): unknown; isTTY?: boolean },
  total: number,
  things: string,
): Bar {
  let drawn = -1;
  return {
    at(done) {
      const percent = Math.floor((100 * done) / Math.max(total, 1));
      if (!screen.isTTY || percent === drawn) return;
      drawn = percent;
      const full = Math.round((BAR_WIDTH * percent) / 100);
      const bar = '#'.repeat(full).padEnd(BAR_WIDTH, '.');
      screen.write(`\r[${bar}] ${String(percent).padStart(3)} %  ${done} of ${total} ${things}`);
    },
    end() {
      if (screen.isTTY) screen.write('\r\u001b[K');
    },
  };
}
