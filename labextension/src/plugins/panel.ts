import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, Notification, WidgetTracker } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator, TranslationBundle } from '@jupyterlab/translation';
import { openCell } from '../notebook/open-cell';
import type { GraphTab } from '../panels/graph';
import { DaglabPanel, PanelHost } from '../panels/panel';
import { IWorkspace } from '../tokens';

const PLUGIN_ID = 'daglab:panel';
/** After the file browser and the running kernels. */
const RANK = 300;

const CommandIDs = {
  showPanel: 'daglab:show-panel',
  openGraph: 'daglab:open-graph',
  materializeStale: 'daglab:materialize-stale',
  refresh: 'daglab:refresh'
} as const;

/** The left side panel, the graph tab and their commands. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN_ID,
  description: 'Shows assets, runs and findings beside the notebook.',
  autoStart: true,
  requires: [IWorkspace, IDocumentManager],
  optional: [ILayoutRestorer, ICommandPalette, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    workspace: IWorkspace,
    documents: IDocumentManager,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('daglab');
    const host = panelHost(app, workspace, documents, trans);
    const panel = new DaglabPanel(workspace, host, trans);
    app.shell.add(panel, 'left', { rank: RANK, type: 'daglab' });
    restorer?.add(panel, panel.id);
    const tracker = new WidgetTracker<MainAreaWidget<GraphTab>>({ namespace: 'daglab-graph' });
    addCommands(app, panel, workspace, trans);
    addGraph(app, tracker, () => makeGraph(workspace, host, trans), trans);
    if (restorer) {
      void restorer.restore(tracker, { command: CommandIDs.openGraph, name: () => 'graph' });
    }
    for (const command of Object.values(CommandIDs)) {
      palette?.addItem({ command, category: trans.__('daglab') });
    }
    void followSettings(panel, settings);
  }
};

function panelHost(
  app: JupyterFrontEnd,
  workspace: IWorkspace,
  documents: IDocumentManager,
  trans: TranslationBundle
): PanelHost {
  const open = async (location: string, cell: number | null, cellId: string | null) => {
    const { state } = workspace;
    const root = state.kind === 'ready' ? state.workspace.root : '';
    if (!(await openCell(documents, root, { location, cell, cellId }))) {
      Notification.warning(
        trans.__(
          '%1 cannot be opened here: it is not among the files that this Jupyter server shows. The project lies in %2.',
          location,
          root
        )
      );
    }
  };
  return {
    open: asset => void open(asset.location, asset.cell, asset.cell_id),
    openLocation: location => void open(location, null, null),
    openFinding: finding => void open(finding.location, finding.cell, null),
    openGraph: () => void app.commands.execute(CommandIDs.openGraph)
  };
}

function addCommands(
  app: JupyterFrontEnd,
  panel: DaglabPanel,
  workspace: IWorkspace,
  trans: TranslationBundle
): void {
  const noArguments = () => ({ args: { type: 'object', properties: {} } });
  app.commands.addCommand(CommandIDs.showPanel, {
    label: trans.__('Show Assets and Runs'),
    describedBy: noArguments,
    execute: () => app.shell.activateById(panel.id)
  });
  app.commands.addCommand(CommandIDs.materializeStale, {
    label: trans.__('Materialize Stale Assets'),
    describedBy: noArguments,
    execute: () => workspace.materialize({ selection: 'stale', key: null })
  });
  app.commands.addCommand(CommandIDs.refresh, {
    label: trans.__('Refresh Assets and Runs'),
    describedBy: noArguments,
    execute: () => workspace.refresh()
  });
}

/** The graph is loaded when it is first opened. */
async function makeGraph(
  workspace: IWorkspace,
  host: PanelHost,
  trans: TranslationBundle
): Promise<GraphTab> {
  const { GraphTab } = await import('../panels/graph');
  return new GraphTab(workspace, host, trans);
}

function addGraph(
  app: JupyterFrontEnd,
  tracker: WidgetTracker<MainAreaWidget<GraphTab>>,
  create: () => Promise<GraphTab>,
  trans: TranslationBundle
): void {
  app.commands.addCommand(CommandIDs.openGraph, {
    label: trans.__('Open Asset Graph'),
    describedBy: () => ({ args: { type: 'object', properties: {} } }),
    execute: async () => {
      let tab = tracker.currentWidget;
      if (!tab || tab.isDisposed) {
        tab = new MainAreaWidget({ content: await create() });
        tab.id = 'daglab-graph';
        tab.toolbar.hide();
        await tracker.add(tab);
        app.shell.add(tab, 'main', { type: 'daglab' });
      }
      app.shell.activateById(tab.id);
    }
  });
}

async function followSettings(
  panel: DaglabPanel,
  registry: ISettingRegistry | null
): Promise<void> {
  if (!registry) {
    return;
  }
  const settings = await registry.load(PLUGIN_ID);
  const apply = () => panel.setRunsListed(settings.get('runsListed').composite as number);
  apply();
  settings.changed.connect(apply);
  panel.disposed.connect(() => settings.changed.disconnect(apply));
}
