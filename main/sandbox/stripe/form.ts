/** A decoded form: what Stripe's bracket notation (`items[0][price]`, `expand[]`, `created[gte]`) stands for. */
export type FormValue = string | readonly FormValue[] | FormObject;
export type FormObject = { readonly [key: string]: FormValue };

type Node = { text: string | null; readonly children: Map<string, Node> };

const newNode = (): Node => ({ text: null, children: new Map() });

/** Decodes `application/x-www-form-urlencoded` text, or the query of an address. */
export function decodeForm(text: string): FormObject {
  const root = newNode();
  for (const [name, value] of new URLSearchParams(text)) {
    let node = root;
    for (const key of keysOf(name)) {
      const own = key === '' ? String(node.children.size) : key;
      const child = node.children.get(own) ?? newNode();
      node.children.set(own, child);
      node = child;
    }
    node.text = value;
  }
  return objectOf(root);
}

/** `a[b][]` → `a`, `b`, `` */
function keysOf(name: string): string[] {
  const open = name.indexOf('[');
  if (open < 0) return [name];
  return [name.slice(0, open), ...[...name.slice(open).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '')];
}

function decoded(node: Node): FormValue {
  if (node.children.size === 0) return node.text ?? '';
  const keys = [...node.children.keys()];
  return keys.every((key) => /^\d{1,6}$/.test(key)) ? [...node.children.values()].map(decoded) : objectOf(node);
}

const objectOf = (node: Node): FormObject =>
  Object.fromEntries([...node.children].map(([key, child]) => [key, decoded(child)]));
