import { NotebookPanel } from '@jupyterlab/notebook';
import { TranslationBundle } from '@jupyterlab/translation';
import { element } from '../dag/dom';

const WIDGET = 'application/vnd.jupyter.widget-view+json';
const PICTURE = 'image/svg+xml';
/** The first line of the text that comes with a graph. */
const GRAPH_TEXT = /^.*: (no assets|[\d,]+ assets?)$/m;
/** What ipywidgets writes in the place of a widget whose kernel is gone. */
const LOST = 'Error displaying widget';

type Registry = NotebookPanel['content']['rendermime'];
type Factory = Parameters<Registry['addFactory']>[0];

/**
 * Show the picture that was saved with a graph where its widget cannot be shown any more.
 *
 * Of the forms of an output JupyterLab takes the widget, and does not go on to the next where
 * there is no model for it: https://github.com/jupyterlab/jupyterlab/issues/1139
 */
export function showSavedPictures(notebook: NotebookPanel, trans: TranslationBundle): void {
  const { rendermime } = notebook.content;
  const add = rendermime.addFactory.bind(rendermime);
  const known = rendermime.getFactory(WIDGET);
  if (known) {
    add(withPicture(known, rendermime, trans), rendermime.getRank(WIDGET));
  }
  // ipywidgets puts its own factory in the place of the first one as soon as there is a kernel
  rendermime.addFactory = (factory, rank) =>
    add(
      factory.mimeTypes.includes(WIDGET) ? withPicture(factory, rendermime, trans) : factory,
      rank
    );
}

function withPicture(factory: Factory, rendermime: Registry, trans: TranslationBundle): Factory {
  return {
    ...factory,
    createRenderer: options => {
      const renderer = factory.createRenderer(options);
      const render = renderer.renderModel.bind(renderer);
      // the renderer calls this itself once more when the state of the kernel has come
      renderer.renderModel = async model => {
        await render(model);
        const isLost = renderer.node.textContent?.startsWith(LOST);
        if (isLost && PICTURE in model.data && isGraph(model.data['text/plain'])) {
          const picture = rendermime.createRenderer(PICTURE);
          await picture.renderModel(model);
          const text = trans.__('This is how it was. Run the cell again to have the live graph.');
          const line = element('p', { class: 'daglab-saved-line', text });
          renderer.node.classList.remove('jupyter-widgets');
          renderer.node.replaceChildren(line, picture.node);
        }
      };
      return renderer;
    }
  };
}

function isGraph(text: unknown): boolean {
  const whole = Array.isArray(text) ? text.join('') : String(text ?? '');
  return GRAPH_TEXT.test(whole.split('\n', 1)[0]);
}
