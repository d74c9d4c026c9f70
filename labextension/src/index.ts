import { panelPlugin } from './plugins/panel';
import { savedPicturePlugin } from './plugins/saved-picture';
import { workspacePlugin } from './plugins/workspace';

export { IWorkspace } from './tokens';

export default [workspacePlugin, panelPlugin, savedPicturePlugin];
