/**
 * The path of a file of the workspace as the contents manager knows it: relative to the server's
 * root, which JupyterLab abbreviates with "~". Null where the file lies outside of that root.
 * An empty root is one that is not known.
 */
export function serverPath(root: string, location: string, serverRoot: string): string | null {
  const server = serverRoot.replace(/\/+$/, '');
  if (!serverRoot || !root) {
    return location;
  }
  const path = location.startsWith('/') ? location : `${root.replace(/\/+$/, '')}/${location}`;
  const prefix = server.startsWith('~')
    ? new RegExp(`^(/root|/[^/]+/[^/]+)${escapeRegExp(server.slice(1))}/`)
    : new RegExp(`^${escapeRegExp(server)}/`);
  const match = prefix.exec(path);
  return match ? path.slice(match[0].length) : null;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
