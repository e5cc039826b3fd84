declare const brand: unique symbol;

/** A type that carries a name, so that two things of the same shape cannot be swapped. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
