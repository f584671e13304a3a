import { LinkedQueue } from '../kernel/index.ts';
import type { QueueNode } from '../kernel/index.ts';
import { priorities } from './transaction.ts';
import type { Priority } from './transaction.ts';

/**
 * How often a waiting priority is passed over by more urgent ones before it is served first. So the
 * first request of the lowest priority waits at most nine turns under any flood: the one on the wire
 * and eight that pass it.
 */
export const passedOverMost = 8;

/** What the queue has to know of an item. */
export interface Queued {
  readonly priority: Priority;
  readonly ownerId: string;
}

interface Level<Item> {
  /** By owner, in the order of their turns: the owner served goes to the end. */
  readonly owners: Map<string, LinkedQueue<Item>>;
  passedOver: number;
  /** Who had a turn without having been in line, until the next turn. */
  servedByTheWay: string | undefined;
}

interface Place<Item> {
  readonly level: Level<Item>;
  readonly node: QueueNode<Item>;
}

/**
 * The line of a port. Three priorities; inside one, the owners take turns; inside an owner, first
 * come, first served. A priority that was passed over {@link passedOverMost} times is served next,
 * so none starves.
 */
export class FairQueue<Item extends Queued> implements Iterable<Item> {
  readonly #levels: ReadonlyMap<Priority, Level<Item>> = new Map(
    priorities.map((priority) => [
      priority,
      { owners: new Map(), passedOver: 0, servedByTheWay: undefined },
    ]),
  );
  readonly #places = new Map<Item, Place<Item>>();

  get size(): number {
    return this.#places.size;
  }

  /** How many items an owner has in line, at all priorities. */
  sizeOf(ownerId: string): number {
    let size = 0;
    for (const level of this.#levels.values()) size += level.owners.get(ownerId)?.size ?? 0;
    return size;
  }

  push(item: Item): void {
    const level = this.#level(item.priority);
    let line = level.owners.get(item.ownerId);
    if (line === undefined) {
      line = new LinkedQueue<Item>();
      level.owners.set(item.ownerId, line);
    }
    this.#places.set(item, { level, node: line.push(item) });
  }

  /** An item is served that was not in line, because nobody was: that is its owner's turn. */
  serveByTheWay({ priority, ownerId }: Item): void {
    this.#level(priority).servedByTheWay = ownerId;
  }

  /** Takes an item out of the line; says whether it was in it. */
  remove(item: Item): boolean {
    const place = this.#places.get(item);
    if (place === undefined) return false;
    this.#places.delete(item);
    const line = place.level.owners.get(item.ownerId);
    line?.remove(place.node);
    if (line?.size === 0) place.level.owners.delete(item.ownerId);
    return true;
  }

  /** Whose turn it is among the items that may go, taken out of the line. */
  take(mayGo: (item: Item) => boolean): Item | undefined {
    const waiting: { level: Level<Item>; item: Item }[] = [];
    for (const level of this.#levels.values()) {
      this.#endTurnByTheWay(level);
      const item = firstOf(level, mayGo);
      if (item !== undefined) waiting.push({ level, item });
    }
    const overdue = waiting.filter(({ level }) => level.passedOver >= passedOverMost);
    const chosen = overdue.at(-1) ?? waiting[0];
    if (chosen === undefined) return undefined;
    chosen.level.passedOver = 0;
    for (const { level } of waiting.slice(waiting.indexOf(chosen) + 1)) level.passedOver += 1;
    this.#endTurn(chosen.level, chosen.item);
    return chosen.item;
  }

  /**
   * The items that may share the turn of another: of each owner those at the front of its line that
   * `mayShare`, up to the first that may not, so that nobody's read overtakes its own write.
   */
  *shareable(mayShare: (item: Item) => boolean): Generator<Item> {
    for (const level of this.#levels.values()) {
      for (const line of level.owners.values()) {
        for (const item of line) {
          if (!mayShare(item)) break;
          yield item;
        }
      }
    }
  }

  *[Symbol.iterator](): Iterator<Item> {
    yield* this.#places.keys();
  }

  #endTurn(level: Level<Item>, item: Item): void {
    this.remove(item);
    putLast(level, item.ownerId);
  }

  #endTurnByTheWay(level: Level<Item>): void {
    if (level.servedByTheWay !== undefined) putLast(level, level.servedByTheWay);
    level.servedByTheWay = undefined;
  }

  #level(priority: Priority): Level<Item> {
    const level = this.#levels.get(priority);
    if (level === undefined) throw new TypeError(`no such priority: ${priority}`);
    return level;
  }
}

/** An owner that has had its turn. */
function putLast<Item>({ owners }: Level<Item>, ownerId: string): void {
  const line = owners.get(ownerId);
  if (line === undefined) return;
  owners.delete(ownerId);
  owners.set(ownerId, line);
}

function firstOf<Item>(level: Level<Item>, mayGo: (item: Item) => boolean): Item | undefined {
  for (const line of level.owners.values()) {
    for (const item of line) if (mayGo(item)) return item;
  }
  return undefined;
}
