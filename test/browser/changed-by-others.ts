/* What stands between the page and its person, run inside of the page. */

/** What page translators do: each text becomes elements of theirs, now and whenever one comes. */
export function translator(): void {
  const other = (text: string) => text.replace(/\p{L}+/gu, (word) => `<${word}>`);
  const theirs = '[translate="no"], .notranslate, script, style, textarea, code, pre, font';
  const translate = (root: Node) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const all: Text[] = [];
    while (walker.nextNode()) all.push(walker.currentNode as Text);
    for (const text of all) {
      if (text.data.trim() === '' || text.parentElement?.closest(theirs)) continue;
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      inner.textContent = other(text.data);
      outer.append(inner);
      text.replaceWith(outer);
    }
  };
  translate(document.body);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node.isConnected)
          translate(node.nodeType === Node.TEXT_NODE && node.parentNode ? node.parentNode : node);
  }).observe(document.body, { subtree: true, childList: true });
}

/** A translator that also breaks each text into one element a word, and hears of changes of a text in place. */
export function wordByWord(): void {
  const theirs = '[translate="no"], .notranslate, script, style, textarea, code, pre, font';
  const translate = (root: Node) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const all: Text[] = [];
    while (walker.nextNode()) all.push(walker.currentNode as Text);
    for (const text of all) {
      if (text.data.trim() === '' || text.parentElement?.closest(theirs)) continue;
      const parts = text.data.split(/(?<=\s)/).map((word) => {
        const font = document.createElement('font');
        font.textContent = `<${word}>`;
        return font;
      });
      text.replaceWith(...parts);
    }
  };
  translate(document.body);
  new MutationObserver((changes) => {
    for (const { target, addedNodes, type } of changes)
      for (const node of type === 'characterData' ? [target] : addedNodes)
        if (node.isConnected)
          translate(node.nodeType === Node.TEXT_NODE && node.parentNode ? node.parentNode : node);
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}

// A real darkener also adds style sheets, which the policy of the page does not hold for.
/** What a checker of spelling and one that makes pages dark do: attributes everywhere, and elements beside fields. */
export function checkerAndDarkener(): void {
  const change = (root: ParentNode) => {
    for (const element of root.querySelectorAll<HTMLElement>('*')) {
      if (element.localName.startsWith('checker-')) continue;
      element.setAttribute('data-darkener-inline-color', '');
      element.style.setProperty('--darkener-inline-color', '#eee');
      if (!element.matches('textarea') || element.hasAttribute('data-checked')) continue;
      element.setAttribute('data-checked', 'false');
      element.setAttribute('spellcheck', 'false');
      element.after(document.createElement('checker-extension'));
      element.before(document.createElement('checker-mirror'));
    }
  };
  document.documentElement.setAttribute('data-darkener-mode', 'dynamic');
  document.documentElement.classList.add('darkener');
  document.body.append(document.createElement('checker-desktop'));
  change(document);
  new MutationObserver(() => change(document)).observe(document.body, { subtree: true, childList: true });
}
