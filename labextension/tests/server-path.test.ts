import { expect, test } from 'vitest';
import { serverPath } from '../src/notebook/server-path';

test.each([
  ['the same folder', '/srv', '/srv', 'a.ipynb', 'a.ipynb'],
  ['a trailing slash', '/srv', '/srv/', 'a.ipynb', 'a.ipynb'],
  ['a folder below the server root', '/srv/team/p', '/srv', 'n/a.ipynb', 'team/p/n/a.ipynb'],
  ['a home that is abbreviated', '/home/user/srv/p', '~/srv', 'a.ipynb', 'p/a.ipynb'],
  ['the home itself', '/home/user/p', '~', 'a.ipynb', 'p/a.ipynb'],
  ['a name that only starts alike', '/srvother', '/srv', 'a.ipynb', null],
  ['a project around the server root', '/srv', '/srv/team', 'team/n/a.ipynb', 'n/a.ipynb'],
  ['a file beside the server root', '/srv', '/srv/team', 'other/a.ipynb', null],
  ['a file named by its whole path', '/srv', '/srv', '/srv/n/a.ipynb', 'n/a.ipynb'],
  ['a file outside of the project', '/srv', '/srv', '/tmp/a.ipynb', null],
  ['the root of the file system', '/srv', '/', 'a.ipynb', 'srv/a.ipynb'],
  ['an unknown server root', '/srv', '', 'a.ipynb', 'a.ipynb']
])('%s', (_, root, serverRoot, location, path) => {
  expect(serverPath(root, location, serverRoot)).toBe(path);
});
