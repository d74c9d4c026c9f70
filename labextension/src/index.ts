import { panelPlugin } from './plugins/panel';
import { workspacePlugin } from './plugins/workspace';

export { IWorkspace } from './tokens';

export default [workspacePlugin, panelPlugin];
