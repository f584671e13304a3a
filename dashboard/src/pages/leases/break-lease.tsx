import type { LeaseReport } from '../../../../src/client/index.ts';
import { tell, tellError } from '../../app/notices.ts';
import { askFirst } from '../../app/question.tsx';
import type { Gateway } from '../../gateway/gateway.ts';
import { OwnerName } from '../../parts/owner-name.tsx';

/** Takes a lease away from its holder, once a person has said why. */
export async function breakLease(
  gateway: Gateway,
  port: string,
  { id, owner, scope }: LeaseReport,
): Promise<void> {
  const where = scope === undefined ? port : `${scope} on ${port}`;
  const reason = await askFirst({
    title: `Break the lease of ${where}?`,
    body: (
      <>
        <p>
          <OwnerName owner={owner} /> loses it at once. What it sends under the lease from then on
          is refused with <code>LEASE_LOST</code>, and who is next in line goes on.
        </p>
        <p class="soft">
          There is no way back but that its program takes a new lease. It is kept in the audit, with
          the reason.
        </p>
      </>
    ),
    action: 'Break the lease',
    reason: 'Its program hangs, and nobody is at that desk',
  });
  if (reason === undefined) return;
  try {
    await gateway.client.value.breakLease(id, reason);
    tell('good', `The lease of ${where} is broken: ${owner.program} does not hold it any more.`);
  } catch (error) {
    tellError(error);
  }
  await gateway.refresh();
}
