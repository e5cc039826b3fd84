/** Exact fractions of big integers, for oracles alone: as plain as can be, never reduced. */
export class Q {
  readonly n: bigint;
  readonly d: bigint;

  constructor(n: bigint, d = 1n) {
    this.n = d < 0n ? -n : n;
    this.d = d < 0n ? -d : d;
  }

  /** `-12.50` */
  static of(text: string): Q {
    const [whole = '0', part = ''] = text.split('.');
    return new Q(BigInt(whole + part), 10n ** BigInt(part.length));
  }

  plus(other: Q): Q {
    return new Q(this.n * other.d + other.n * this.d, this.d * other.d);
  }

  minus(other: Q): Q {
    return this.plus(new Q(-other.n, other.d));
  }

  times(other: Q): Q {
    return new Q(this.n * other.n, this.d * other.d);
  }

  over(other: Q): Q {
    return new Q(this.n * other.d, this.d * other.n);
  }

  above(other: Q): boolean {
    return this.n * other.d > other.n * this.d;
  }

  floor(): bigint {
    const quotient = this.n / this.d;
    return this.n < 0n && quotient * this.d !== this.n ? quotient - 1n : quotient;
  }

  /** To a whole number, halves away from zero. */
  rounded(): bigint {
    const size = new Q(this.n < 0n ? -this.n : this.n, this.d).plus(new Q(1n, 2n)).floor();
    return this.n < 0n ? -size : size;
  }

  /** In lowest terms, so that equal values read alike. */
  text(): string {
    const [n, d] = [this.n / divisor(this.n, this.d), this.d / divisor(this.n, this.d)];
    return d === 1n ? String(n) : `${n}/${d}`;
  }
}

const divisor = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : divisor(b, a % b));

export const NOUGHT = new Q(0n);
export const whole = (n: bigint | number): Q => new Q(BigInt(n));
export const addQ = (list: readonly Q[]): Q => list.reduce((a, b) => a.plus(b), NOUGHT);
export const addUp = (list: readonly bigint[]): bigint => list.reduce((a, b) => a + b, 0n);
