export { blockBytesMost, blockHeader, indefiniteBlockHeader } from './block-header.ts';
export { blockData, BlockReader } from './block-reader.ts';
export type { BlockProgress } from './block-reader.ts';
export { BlockTracker } from './block-tracker.ts';
export { remoteLocalCodes, remoteLocalOf } from './remote-local.ts';
export type { RemoteLocal } from './remote-local.ts';
