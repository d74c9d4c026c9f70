import { expect, test } from 'vitest';
import { serverPath } from '../src/notebook/server-path';

test.each([
  ['the same folder', '/srv', '/srv', 'a.ipynb', 'a.ipynb'],
  ['a trailing slash', '/srv', '/srv/', 'a.ipynb', 'a.ipynb'],
  ['a folder below the server root', '/srv/team/p', '/srv', 'n/a.ipynb', 'team/p/n/a.ipynb'],
  ['a home that is abbreviated', '/home/ann/srv/p', '~/srv', 'a.ipynb', 'p/a.ipynb'],
  ['the home itself', '/root/p', '~', 'a.ipynb', 'p/a.ipynb'],
  ['a name that only starts alike', '/srvother', '/srv', 'a.ipynb', 'a.ipynb'],
  ['the root of the file system', '/srv', '/', 'a.ipynb', 'srv/a.ipynb'],
  ['an unknown server root', '/srv', '', 'a.ipynb', 'a.ipynb']
])('%s', (_, root, serverRoot, location, path) => {
  expect(serverPath(root, location, serverRoot)).toBe(path);
});
