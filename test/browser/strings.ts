/** What a hostile peer may write, each meant to run `pwned()` or to smuggle in an element. */
export function hostileStrings(): string[] {
  const tags = [
    'img',
    'svg',
    'body',
    'iframe',
    'input',
    'video',
    'audio',
    'details',
    'math',
    'object',
    'marquee',
    'a',
  ];
  const events = [
    'onerror',
    'onload',
    'onfocus',
    'onclick',
    'ontoggle',
    'onmouseover',
    'onanimationstart',
    'onbegin',
  ];
  const strings = new Set<string>();
  for (const tag of tags) {
    for (const event of events) {
      strings.add(`<${tag} src=x ${event}=pwned()>`);
      strings.add(`"><${tag}/${event}="pwned()" autofocus tabindex=1 open>`);
    }
  }
  for (const scheme of [
    'javascript:',
    'JaVaScRiPt:',
    'java\tscript:',
    ' javascript:',
    'javascript&colon;',
    'data:text/html,',
    'vbscript:',
    'blob:',
  ]) {
    strings.add(`<a href="${scheme}pwned()">x</a>`);
    strings.add(`[x](${scheme}pwned())`);
    strings.add(`![x](${scheme}pwned())`);
    strings.add(`<iframe src="${scheme}pwned()"></iframe>`);
    strings.add(`<form action="${scheme}pwned()"><button>x</button></form>`);
    strings.add(`<meta http-equiv=refresh content="0;url=${scheme}pwned()">`);
    strings.add(`<base href="${scheme}//x/">`);
  }
  for (const script of ['pwned()', 'eval(name)', 'import("//x")', 'top.pwned()', 'setTimeout("pwned()")']) {
    for (const [open, close] of [
      ['<script>', '</script>'],
      ['<SCRIPT/x>', '</SCRIPT>'],
      ['</script><script>', '</script>'],
      ['<svg><script>', '</script></svg>'],
      ['<!--><script>', '</script>-->'],
      ['<style></style><script>', '</script>'],
      ['<textarea></textarea><script>', '</script>'],
      ['<noscript><p title="</noscript><script>', '</script>">'],
      ['{@html "<script>', '</script>"}'],
      ['{{constructor.constructor("', '")()}}'],
      ['${', '}'],
      ['<%= ', ' %>'],
    ] as const) {
      strings.add(open + script + close);
    }
  }
  for (const odd of [
    '<style>@import "//x/y.css";*{background:url(//x/y)}</style>',
    '<link rel=stylesheet href=//x/y.css>',
    '<link rel=prefetch href=//x/>',
    '<img srcset="//x/a 1x, //x/b 2x">',
    '<video poster=//x/p><source src=//x/v></video>',
    '<template shadowrootmode=open><img src=x onerror=pwned()></template>',
    '<math><mi//xlink:href="data:x,<script>pwned()</script>">',
    '<svg><animate onbegin=pwned() attributeName=x dur=1s>',
    '<svg><use href="data:image/svg+xml,<svg id=x onload=pwned()>#x"/>',
    '<dialog open><h1>You left the chat</h1></dialog>',
    '<div role=alert>The other person left</div>',
    '<div style="position:fixed;inset:0;background:red">x</div>',
    '<slot name=x><p slot=x>x</p></slot>',
    '&lt;script&gt;pwned()&lt;/script&gt;',
    '&#60;img src=x onerror=pwned()&#62;',
    '\\u003cscript\\u003epwned()\\u003c/script\\u003e',
    '%3Cscript%3Epwned()%3C/script%3E',
    '+ADw-script+AD4-pwned()+ADw-/script+AD4-',
    '\u202Eevil\u202C \u2066x\u2069 \u200F',
    '<\u0000script>pwned()</script>'.replace('\u0000', '\u2400'),
    'Z\u0351\u0343\u0364\u0336a\u0334\u0362l\u0335g\u0337o',
    '\uFEFF<img src=x onerror=pwned()>',
    '__proto__',
    'constructor',
    'toString',
    '-->]]>*/;pwned();//',
    "';pwned();'",
    '`${pwned()}`',
    '"><!--',
    '<![CDATA[<script>pwned()</script>]]>',
    '<?xml version="1.0"?><x/>',
    'null',
    'undefined',
    '[object Object]',
  ]) {
    strings.add(odd);
  }
  return [...strings];
}
