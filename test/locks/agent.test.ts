import { describe, expect, it } from 'vitest';
import { Agent, agentOf, currentAgent, runAs, runAsAgent } from '../../src/locks/index.ts';
import { agentNamed, ownerNamed } from './support.ts';

describe('a call chain', () => {
  it('is followed through promises, timers and callbacks', async () => {
    expect(currentAgent()).toBeUndefined();
    await runAsAgent(ownerNamed('ada'), async (agent) => {
      await Promise.resolve();
      expect(currentAgent()).toBe(agent);
      const later = await new Promise((resolve) => setImmediate(() => resolve(currentAgent())));
      expect(later).toBe(agent);
    });
    expect(currentAgent()).toBeUndefined();
  });

  it('is a child of the chain in which it was started', () => {
    runAsAgent(ownerNamed('ada'), (outer) => {
      runAsAgent(ownerNamed('bob'), (inner) => {
        expect(inner.parent).toBe(outer);
        expect(inner.descendsFrom(outer)).toBe(true);
        expect(outer.descendsFrom(inner)).toBe(false);
      });
    });
  });

  it('can be gone on with from outside', () => {
    const agent = agentNamed('ada');
    expect(runAs(agent, () => currentAgent())).toBe(agent);
  });

  it('is one for each owner that acts as a whole', () => {
    const [ada, twin] = [ownerNamed('ada'), ownerNamed('ada')];
    expect(agentOf(ada)).toBe(agentOf(ada));
    expect(agentOf(ada)).not.toBe(agentOf(twin));
  });

  it('describes its owner', () => {
    expect(String(agentNamed('ada'))).toBe('ada by test');
    expect(String(new Agent())).toBe('unnamed task by inline');
  });
});
