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

/** Open the file of a place and bring its cell into view. */
export async function openCell(
  documents: IDocumentManager,
  root: string,
  place: SourcePlace
): Promise<void> {
  const path = serverPath(root, place.location, PageConfig.getOption('serverRoot'));
  const widget = documents.openOrReveal(path);
  if (!(widget instanceof NotebookPanel)) {
    return;
  }
  await widget.context.ready;
  await widget.revealed;
  const cells = widget.content.widgets;
  const byId = cells.findIndex(cell => cell.model.id === place.cellId);
  const index = byId >= 0 ? byId : (place.cell ?? 0) - 1;
  if (index >= 0 && index < cells.length) {
    widget.content.activeCellIndex = index;
    await widget.content.scrollToItem(index, 'center');
  }
}
