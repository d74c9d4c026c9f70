/**
 * The path of a file of the workspace as the contents manager knows it: relative to the server's
 * root, which JupyterLab abbreviates with "~". "" for the server's root means that it is unknown.
 */
export function serverPath(root: string, location: string, serverRoot: string): string {
  const server = serverRoot.replace(/\/+$/, '');
  if (!serverRoot) {
    return location;
  }
  const prefix = server.startsWith('~')
    ? new RegExp(`^(/root|/[^/]+/[^/]+)${escapeRegExp(server.slice(1))}(?=/|$)`)
    : new RegExp(`^${escapeRegExp(server)}(?=/|$)`);
  const match = prefix.exec(root);
  const below = match ? root.slice(match[0].length).replace(/^\/+|\/+$/g, '') : '';
  return below ? `${below}/${location}` : location;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
