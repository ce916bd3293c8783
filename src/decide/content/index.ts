// What a segment is shown.

export { chooseContent } from './choose.ts';
export {
  addContent,
  type Content,
  type ContentDay,
  type Counts,
  contentHistory,
  countContent,
  getContent,
  listContents,
  removeContent,
} from './contents.ts';
