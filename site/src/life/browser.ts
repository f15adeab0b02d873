/*
 * What the page asks of the browser that may be missing or refused: on plain http, where site data is blocked, and
 * where an extension or a setting protects people from being recognised. Interfaces that are refused throw as soon
 * as they are named.
 */

/** What `ask` gives; `otherwise` where that is nothing, or where the browser throws. */
export function ifAllowed<Answer>(ask: () => Answer | null | undefined, otherwise: Answer): Answer {
  try {
    return ask() ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Whether the device is as the media query says; `otherwise` where the browser doesn't say. */
export function device(query: string, otherwise = false): boolean {
  return ifAllowed(() => matchMedia(query).matches, otherwise);
}

/** The languages that the person reads, best first, as the browser writes them: not all of them are tags of BCP 47. */
export function readLanguages(): string[] {
  const list = ifAllowed<unknown>(() => navigator.languages, []);
  const single = ifAllowed<unknown>(() => navigator.language, '');
  const all: unknown[] = Array.isArray(list) && list.length > 0 ? list : [single];
  return all.filter((each): each is string => typeof each === 'string');
}

/** Whether the device says that it has a touch screen and no mouse, and so hardly a keyboard. */
export function touchOnly(): boolean {
  return device('(pointer: coarse)') && !device('(any-pointer: fine)');
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): { createScriptURL: (url: string) => string };
}

/**
 * The address of a worker's script, in the form that the content security policy asks for where the browser knows it. The
 * policy is made for this one address, and can be made once.
 */
export function trustedScript(policy: string, script: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return script;
  const createScriptURL = (url: string) => {
    if (url === script) return url;
    throw new TypeError(`${policy} is for another script`);
  };
  return trustedTypes.createPolicy(policy, { createScriptURL }).createScriptURL(script);
}
