/** The content of a new element. `attributes` is for attributes that no property stands for. */
interface Content {
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children?: readonly (Node | string)[];
}

/** Makes an element. Text becomes text nodes, never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  content: Content = {},
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  if (content.class !== undefined) node.className = content.class;
  if (content.text !== undefined) node.textContent = content.text;
  for (const [name, value] of Object.entries(content.attributes ?? {})) node.setAttribute(name, value);
  node.append(...(content.children ?? []));
  return node;
}

export function button(text: string, onClick: () => void, content: Content = {}): HTMLButtonElement {
  const node = element('button', { ...content, text });
  node.type = 'button';
  node.addEventListener('click', onClick);
  return node;
}

/** Returns an element of the page's own HTML. Throws if it does not exist, which is a bug of the shop. */
export function find<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const node = document.getElementById(id);
  if (!(node instanceof type)) throw new Error(`The page has no ${type.name} with the id "${id}".`);
  return node;
}
