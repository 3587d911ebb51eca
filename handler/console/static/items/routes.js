// The pages of items, as rows of the table of all routes.

import { page } from "../router.js";
import Edit from "./edit.js";
import Item from "./item.js";
import List from "./list.js";
import New from "./new.js";
import { titles } from "./words.js";

export const items = [
  page("/items", List, titles.list, { right: "anybody", menu: "main" }),
  page("/items/new", New, titles.new),
  page("/items/:id", Item, titles.item, { right: "anybody" }),
  page("/items/:id/edit", Edit, titles.edit),
];
