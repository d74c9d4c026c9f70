import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Workspace } from '../models/workspace';
import { IWorkspace } from '../tokens';

/** Provides the one model of the workspace that everything in the browser shows. */
export const workspacePlugin: JupyterFrontEndPlugin<IWorkspace> = {
  id: 'daglab:workspace',
  description: 'Keeps the state of the daglab workspace in step with the server.',
  autoStart: true,
  provides: IWorkspace,
  activate: (app: JupyterFrontEnd) => new Workspace(app.serviceManager.serverSettings)
};
