// Building and updating what is shown. Texts never become markup.

/** An element: `attributes` that are functions listen, the others are set; `children` are nodes or texts. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') made.addEventListener(key, value);
    else if (key === 'class') made.className = value;
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

/** Sets a text only if it changed, so that selections and screen readers are left alone. */
export function say(node, text) {
  if (node.textContent !== String(text)) node.textContent = text;
}

export function replace(node, ...children) {
  node.replaceChildren(...children.filter((child) => child !== undefined && child !== null));
}

/** A card with a heading; `aside` stands beside it. */
export function card(title, { width, aside } = {}, ...children) {
  return element('section', { class: `card ${width ?? ''}`, 'aria-label': title },
    element('div', { class: 'head' }, element('h2', {}, title), aside), ...children);
}

/**
 * A table whose rows stay the same elements from one update to the next. A column is {title, text(row), mark?(row),
 * class?}; `text` may give a node.
 */
export function table(columns, { key, open, empty = 'Nothing yet.' }) {
  const body = element('tbody');
  const note = element('p', { class: 'empty' }, empty);
  const grid = element('table', {},
    element('thead', {}, element('tr', {}, ...columns.map((c) => element('th', { class: c.class, scope: 'col' }, c.title)))), body);
  const scroll = element('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': columns[0].title }, grid);
  const known = new Map();
  const make = (id) => {
    const row = element('tr', { class: open ? 'open' : undefined }, ...columns.map((c) => element('td', { class: c.class })));
    const made = { row, data: undefined, places: [...row.children] };
    if (open) {
      made.places[0] = element('button', { type: 'button', class: 'opener' });
      row.children[0].append(made.places[0]);
      row.addEventListener('click', () => open(made.data));
    }
    known.set(id, made);
    return made;
  };
  const update = (rows) => {
    const left = new Set(known.keys());
    rows.forEach((data, index) => {
      const id = key(data);
      left.delete(id);
      const { row, places } = Object.assign(known.get(id) ?? make(id), { data });
      columns.forEach((column, at) => {
        const place = places[at];
        const content = column.text(data);
        if (content instanceof Node) { if (!place.firstChild?.isEqualNode(content)) place.replaceChildren(content); } else say(place, content);
        row.children[at].className = [column.class, column.mark?.(data)].filter(Boolean).join(' ');
      });
      row.children[0].title = row.children[0].textContent;
      if (body.children[index] !== row) body.insertBefore(row, body.children[index] ?? null);
    });
    for (const id of left) { known.get(id).row.remove(); known.delete(id); }
    note.hidden = rows.length > 0;
    scroll.hidden = rows.length === 0;
  };
  update([]);
  return { node: element('div', {}, scroll, note), update };
}

const svg = (name, attributes) => {
  const made = document.createElementNS('http:' + '/' + '/www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

/** A small chart of the last values. */
export function sparkline(length = 60) {
  const values = [];
  const line = svg('path', { class: 'spark-line' });
  const area = svg('path', { class: 'spark-area' });
  const node = svg('svg', { viewBox: '0 0 100 34', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  node.append(area, line);
  const push = (value) => {
    values.push(value);
    if (values.length > length) values.shift();
    const top = Math.max(...values, 1e-9) * 1.15;
    const x = (i) => (100 * (i + length - values.length) / (length - 1)).toFixed(2);
    const path = values.map((v, i) => `${x(i)} ${(33 - 31 * v / top).toFixed(2)}`).join('L');
    line.setAttribute('d', values.length > 1 ? `M${path}` : '');
    area.setAttribute('d', values.length > 1 ? `M${path}L100 34L${x(0)} 34Z` : '');
  };
  return { node, push };
}
