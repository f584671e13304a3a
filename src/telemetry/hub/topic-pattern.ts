import { SignalboxError } from '../../kernel/index.ts';

/** The longest name of a topic, and the longest pattern. */
export const topicLengthMost = 200;

const word = /^[A-Za-z0-9_-]+$/;

/** The words of a topic: `values.dmm`. @throws BAD_ARGUMENT when it is no name of one */
export function topicWords(topic: string): readonly string[] {
  const words = topic.split('.');
  if (topic.length > topicLengthMost || !words.every((each) => word.test(each))) {
    throw new SignalboxError('BAD_ARGUMENT', `'${topic.slice(0, 100)}' is no name of a topic`);
  }
  return words;
}

/**
 * Which topics are meant, as in subjects of NATS: `*` stands for one word, `>` at the end for all
 * that follow, one at least.
 */
export class TopicPattern {
  readonly text: string;
  readonly #words: readonly string[];

  /** @throws BAD_ARGUMENT */
  constructor(text: string) {
    const words = text.split('.');
    const isGood = words.every(
      (each, at) => each === '*' || (each === '>' && at === words.length - 1) || word.test(each),
    );
    if (!isGood || text.length > topicLengthMost) {
      throw new SignalboxError('BAD_ARGUMENT', `'${text.slice(0, 100)}' is no pattern of topics`, {
        nextStep: 'Give words with dots between: `ports.bus`, `values.*`, `traffic.>`.',
      });
    }
    this.text = text;
    this.#words = words;
  }

  /** Whether it begins with a wildcard. */
  get isOfAll(): boolean {
    return this.#words[0] === '*' || this.#words[0] === '>';
  }

  /** @param words of a topic */
  matches(words: readonly string[]): boolean {
    const wanted = this.#words;
    for (let at = 0; at < wanted.length; at += 1) {
      if (at >= words.length) return false;
      if (wanted[at] === '>') return true;
      if (wanted[at] !== '*' && wanted[at] !== words[at]) return false;
    }
    return wanted.length === words.length;
  }
}

/** @throws BAD_ARGUMENT when it is no pattern of topics */
export function checkPattern(text: string): void {
  void new TopicPattern(text);
}
