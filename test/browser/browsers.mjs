import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Of each browser the variable that names one, and the names it has on the PATH. */
const names = {
  chromium: ['CHROMIUM', 'chromium', 'chromium-browser'],
  firefox: ['FIREFOX', 'firefox-esr', 'firefox'],
};

/**
 * The browser that the tests use, as a path; undefined where none is installed.
 * @param {'chromium' | 'firefox'} browser
 * @returns {string | undefined}
 */
export function installed(browser) {
  const [variable = '', ...commands] = names[browser];
  const named = process.env[variable];
  if (named) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return commands.flatMap((command) => folders.map((folder) => join(folder, command))).find(runs);
}

/** @param {string} path */
function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
