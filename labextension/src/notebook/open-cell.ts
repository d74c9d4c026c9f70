import { PageConfig } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { NotebookPanel } from '@jupyterlab/notebook';
import { serverPath } from './server-path';

/** A place in a workspace: a file, and possibly a cell in it. */
export interface SourcePlace {
  location: string;
  cell: number | null;
  cellId: string | null;
}

/**
 * Open the file of a place and bring its cell into view.
 *
 * Resolves with false where this server does not show the file.
 */
export async function openCell(
  documents: IDocumentManager,
  root: string,
  place: SourcePlace
): Promise<boolean> {
  const path = serverPath(root, place.location, PageConfig.getOption('serverRoot'));
  const widget = path !== null && (await exists(documents, path)) && documents.openOrReveal(path);
  if (!widget) {
    return false;
  }
  if (widget instanceof NotebookPanel) {
    await reveal(widget, place);
  }
  return true;
}

async function exists(documents: IDocumentManager, path: string): Promise<boolean> {
  try {
    await documents.services.contents.get(path, { content: false });
    return true;
  } catch {
    return false;
  }
}

async function reveal(notebook: NotebookPanel, { cell, cellId }: SourcePlace): Promise<void> {
  await notebook.context.ready;
  await notebook.revealed;
  const cells = notebook.content.widgets;
  const byId = cells.findIndex(one => one.model.id === cellId);
  const index = byId >= 0 ? byId : (cell ?? 0) - 1;
  if (index >= 0 && index < cells.length) {
    notebook.content.activeCellIndex = index;
    await notebook.content.scrollToItem(index, 'center');
  }
}
