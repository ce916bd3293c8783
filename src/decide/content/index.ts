// What a segment is shown.

export { chooseContent } from './choose.ts';
export {
  addContent,
  type Content,
  type ContentChange,
  type ContentDay,
  type Counts,
  changeContent,
  contentHistory,
  countContent,
  getContent,
  listContents,
  removeContent,
} from './contents.ts';
