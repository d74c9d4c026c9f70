import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { showSavedPictures } from '../notebook/saved-picture';

/** Has saved notebooks show the picture of their graph until its cell is run again. */
export const savedPicturePlugin: JupyterFrontEndPlugin<void> = {
  id: 'daglab:saved-picture',
  description: 'Shows the saved picture of a graph whose kernel is gone.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ITranslator],
  activate: (_: JupyterFrontEnd, notebooks: INotebookTracker, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('daglab');
    notebooks.forEach(notebook => showSavedPictures(notebook, trans));
    notebooks.widgetAdded.connect((_, notebook) => showSavedPictures(notebook, trans));
  }
};
