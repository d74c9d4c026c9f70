const SVG = 'http://www.w3.org/2000/svg';

/** What an element may be given: attributes, text, listeners and children. */
export interface Parts {
  class?: string;
  text?: string;
  title?: string;
  attrs?: Record<string, string>;
  on?: Partial<{ [K in keyof HTMLElementEventMap]: (event: HTMLElementEventMap[K]) => void }>;
  children?: readonly (Node | null)[];
}

/** Make an element. Text only ever goes in as text, so no value can become markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  parts: Parts = {}
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (parts.class) {
    node.className = parts.class;
  }
  if (parts.text !== undefined) {
    node.textContent = parts.text;
  }
  if (parts.title) {
    node.title = parts.title;
  }
  for (const [name, value] of Object.entries(parts.attrs ?? {})) {
    node.setAttribute(name, value);
  }
  for (const [name, listener] of Object.entries(parts.on ?? {})) {
    node.addEventListener(name, listener as EventListener);
  }
  node.append(...(parts.children ?? []).filter(child => child !== null));
  return node;
}

/** Make an SVG element with the attributes given. */
export function svgElement(tag: string, attrs: Record<string, string> = {}): SVGElement {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attrs)) {
    node.setAttribute(name, value);
  }
  return node;
}

/** Set the text where it differs, so that ticking costs nothing while nothing changes. */
export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Set a title where there is something to say, remove it otherwise. */
export function setTitle(node: HTMLElement, title: string): void {
  if (title) {
    node.title = title;
  } else {
    node.removeAttribute('title');
  }
}

/** Button parts beside its label. */
export interface ButtonParts {
  label: string;
  action: string;
  icon?: Node;
  iconOnly?: boolean;
  class?: string;
  title?: string;
  onClick: () => void;
}

/** A real button; `action` becomes `data-daglab`. */
export function button(parts: ButtonParts): HTMLButtonElement {
  const label = parts.iconOnly ? null : element('span', { text: parts.label });
  return element('button', {
    class: `daglab-button ${parts.class ?? ''}`.trim(),
    title: parts.title ?? (parts.iconOnly ? parts.label : undefined),
    attrs: {
      type: 'button',
      'data-daglab': parts.action,
      ...(parts.iconOnly ? { 'aria-label': parts.label } : {})
    },
    on: {
      click: event => {
        event.stopPropagation();
        parts.onClick();
      }
    },
    children: [parts.icon ?? null, label]
  });
}
