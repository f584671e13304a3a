/** How many updates were published on all topics of a hub. */
export interface HubPosition {
  value: number;
}
