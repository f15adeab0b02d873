import type { ChatMessage } from './entry.svelte.ts';
import { lineEnds } from '../message/lines.ts';
import { texts } from '../language/language.svelte.ts';
import { joinRuns } from '../message/runs.ts';

/** Answers the browser's request to copy what is selected, where that lies in the history `log`. */
export function copy(
  event: ClipboardEvent,
  log: HTMLElement | undefined,
  messages: readonly ChatMessage[],
): void {
  const selection = getSelection();
  const { target } = event;
  // In a field the browser copies what is selected itself, and an open dialog covers the history.
  if (!selection || !log || (target instanceof HTMLElement && target.matches('textarea, input'))) return;
  if (document.querySelector('dialog[open]')) return;
  const text = copied(selection, log, messages);
  if (text === undefined || !event.clipboardData) return;
  event.clipboardData.setData('text/plain', text);
  event.preventDefault();
}

/**
 * What is copied of a selection in the history, or nothing where none of a message is selected. Within one message it is
 * what is seen, with the numbers and marks of lists, which browsers leave out. Of several, each begins with its author;
 * those selected whole are as they were typed, and further lines are indented, so that no message can look like another
 * person's next one.
 */
export function copied(
  selection: Selection,
  log: HTMLElement,
  messages: readonly ChatMessage[],
): string | undefined {
  if (selection.isCollapsed || selection.rangeCount === 0) return undefined;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(log)) return undefined;
  const shown = [...log.querySelectorAll<HTMLElement>('.message')]
    .map((element) => ({ key: element.dataset['key'], text: element.querySelector('.text') }))
    .flatMap(({ key, text }) => (text && range.intersectsNode(text) ? [{ key, text }] : []))
    .map(({ key, text }) => ({ key, seen: seenIn(text, range), whole: isWhole(text, range), text }))
    .filter(({ seen }) => seen !== '');
  const [first, last] = [shown[0], shown.at(-1)];
  if (!first || !last) return undefined;
  if (first === last) {
    const folded = first.whole && first.text.querySelector('[hidden]') !== null;
    const typed = folded && messages.find(({ key }) => key === first.key)?.text;
    return typed || first.seen;
  }
  // Rows that are out of sight may not be on the page: what lies between is known all the same.
  const keys = messages.map(({ key }) => key);
  const from = log.contains(range.startContainer) ? keys.indexOf(first.key ?? '') : 0;
  const to = log.contains(range.endContainer) ? keys.indexOf(last.key ?? '') : keys.length - 1;
  return messages
    .slice(from, to + 1)
    .map((message) => {
      const part = shown.find(({ key }) => key === message.key);
      const text = part && !part.whole ? part.seen : message.text;
      const author = message.from === 'you' ? texts.you : texts.them;
      return `${author}: ${text.split(lineEnds).join('\n    ')}`;
    })
    .join('\n');
}

/** All of a message is selected. */
function isWhole(text: Element, range: Range): boolean {
  const leaves = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  let [first, last] = [undefined, undefined] as [Node | undefined, Node | undefined];
  for (let node = leaves.nextNode(); node; node = leaves.nextNode()) {
    if (!isContent(node)) continue;
    first ??= node;
    last = node;
  }
  if (!first || !last) return true;
  return range.comparePoint(first, 0) >= 0 && range.comparePoint(last, last.textContent?.length ?? 0) <= 0;
}

/** A piece of the message's own text: no label of a button, no language above code, no space between elements. */
function isContent(node: Node): boolean {
  const parent = node.parentElement;
  return (
    parent !== null &&
    parent.closest('p, pre, th, td') !== null &&
    parent.closest('button, dialog, [hidden]') === null
  );
}

function seenIn(text: Element, range: Range): string {
  return joinRuns(blocksIn(text, range, '\n\n'));
}

/** The blocks of an element, as far as they are selected. */
function blocksIn(element: Element, range: Range, between: string): string {
  return [...element.children]
    .map((child) => blockIn(child, range))
    .filter((text) => text !== '')
    .join(between);
}

function blockIn(element: Element, range: Range): string {
  if (!range.intersectsNode(element)) return '';
  switch (element.localName) {
    case 'p': {
      const mark = (element as HTMLElement).dataset['mark'];
      const text = textIn(element, range);
      return mark === undefined || isPart(element, range) ? text : `${mark} ${text}`;
    }
    case 'pre':
      return textIn(element, range);
    case 'ol':
    case 'ul':
      return blocksIn(element, range, '\n');
    case 'li':
      return itemIn(element as HTMLLIElement, range);
    case 'blockquote': {
      const text = blocksIn(element, range, '\n\n');
      // What is only a part of the quote is copied as that part, without marks.
      return text === '' || !reachesBeyond(element, range) ? text : text.replace(/^/gm, '> ');
    }
    case 'tr':
      return [...element.children]
        .filter((cell) => range.intersectsNode(cell))
        .map((cell) => textIn(cell, range))
        .join('\t');
    case 'button':
    case 'dialog':
      return '';
    case 'div':
      if (element.hasAttribute('hidden')) return '';
      return blocksIn(element, range, element.classList.contains('head') ? '\n\n' : '\n');
    default:
      return blocksIn(element, range, '\n');
  }
}

function itemIn(item: HTMLLIElement, range: Range): string {
  const text = blocksIn(item, range, '\n');
  const mark = item.parentElement?.dataset['mark'] ?? '-';
  const number = item.hasAttribute('value') ? String(item.value) : '';
  if (text === '' || isPart(item, range)) return text;
  const marker = `${number}${mark} `;
  const task = item.dataset['task'];
  const box = task === undefined ? '' : `[${task}] `;
  return marker + box + text.replaceAll('\n', `\n${' '.repeat(marker.length)}`);
}

/** Only a part of an item or a heading is selected, so that it is copied without its mark. */
function isPart(element: Element, range: Range): boolean {
  const start = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let first = start.nextNode();
  while (first && !isContent(first)) first = start.nextNode();
  return (first !== null && range.comparePoint(first, 0) < 0) || !reachesBeyond(element, range);
}

/** More is selected than a part of it. */
function reachesBeyond(element: Element, range: Range): boolean {
  return !element.contains(range.commonAncestorContainer);
}

function textIn(element: Element, range: Range): string {
  let text = '';
  const leaves = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = leaves.nextNode(); node; node = leaves.nextNode()) {
    if (!isContent(node) || !range.intersectsNode(node)) continue;
    const data = node.textContent ?? '';
    const from = node === range.startContainer ? range.startOffset : 0;
    const to = node === range.endContainer ? range.endOffset : data.length;
    text += data.slice(from, to);
  }
  return text;
}
