import { AssetView } from '../wire/views';

/** The assets in which every word typed occurs; null if nothing was typed. */
export function matching(assets: readonly AssetView[], text: string): Set<string> | null {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word);
  if (!words.length) {
    return null;
  }
  const found = assets.filter(asset => {
    const searched = [asset.key, asset.name, asset.group, asset.status, asset.description]
      .concat(asset.kinds, asset.owners, Object.entries(asset.tags).flat())
      .join('\n')
      .toLowerCase();
    return words.every(word => searched.includes(word));
  });
  return new Set(found.map(asset => asset.key));
}
