import type { JSX } from 'preact';

import { pathOf } from '../../app/router.ts';
import { plural } from '../../parts/format.ts';
import type { MinersTotal as Total } from './miner-facts.ts';
import { difficultyText, quantityText } from './miner-texts.ts';

/** What all miners do together. */
export function MinersTotal({ total }: { readonly total: Total }): JSX.Element {
  const { count, online, offline, hot, bestDifficulty, hottest, blocksFound } = total;
  return (
    <div class="figures miners-total">
      <TotalFigure label="Hash rate" value={quantityText(total.hashRate, 'GH/s', 4)} />
      <TotalFigure
        label="Power"
        value={quantityText(total.power, 'W', 4)}
        detail={quantityText(total.efficiency, 'J/TH')}
      />
      <TotalFigure
        label="Online"
        value={`${online} of ${count}`}
        detail={
          offline > 0 ? (
            <span class="bad">{offline} offline</span>
          ) : (
            <span class="good">all well</span>
          )
        }
      />
      <TotalFigure
        label="Best difficulty"
        value={difficultyText(bestDifficulty?.value)}
        detail={
          bestDifficulty === undefined ? (
            ''
          ) : (
            <a href={pathOf('instruments', bestDifficulty.name)}>{bestDifficulty.name}</a>
          )
        }
      />
      <TotalFigure
        label="Hottest"
        value={quantityText(hottest?.value, '°C')}
        detail={
          hot > 0 ? (
            <span class="bad">{plural(hot, 'miner')} too hot</span>
          ) : hottest === undefined ? (
            ''
          ) : (
            <a href={pathOf('instruments', hottest.name)}>{hottest.name}</a>
          )
        }
      />
      <TotalFigure label="Blocks found" value={String(blocksFound)} />
    </div>
  );
}

function TotalFigure({
  label,
  value,
  detail,
}: {
  readonly label: string;
  readonly value: string;
  readonly detail?: JSX.Element | string;
}): JSX.Element {
  return (
    <div class="card figure">
      <div class="label">{label}</div>
      <div class="value">{value}</div>
      <div class="detail">{detail ?? ''}</div>
    </div>
  );
}
