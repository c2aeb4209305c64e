/**
 * The part of Adaptive Cards that is used: version 1.4 with elements of 1.2, which phones show too (FACTS 10.3). A card that
 * comes by webhook can open a URL and cannot submit.
 */
export type ContainerStyle = 'default' | 'emphasis' | 'good' | 'attention' | 'warning' | 'accent';

export interface TextBlock {
  type: 'TextBlock';
  text: string;
  wrap: true;
  weight?: 'Bolder';
  size?: 'Small' | 'Medium' | 'Large';
  isSubtle?: true;
  spacing?: 'None' | 'Small' | 'Medium';
}

export interface FactSet {
  type: 'FactSet';
  facts: { title: string; value: string }[];
}

export interface Container {
  type: 'Container';
  items: CardElement[];
  style?: ContainerStyle;
  bleed?: true;
  separator?: true;
}

export type CardElement = TextBlock | FactSet | Container;

export interface CardLink {
  title: string;
  url: string;
}

interface OpenUrl extends CardLink {
  type: 'Action.OpenUrl';
}

export interface AdaptiveCard {
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  type: 'AdaptiveCard';
  version: '1.4';
  msteams: { width: 'Full' };
  body: CardElement[];
  actions?: OpenUrl[];
}

/** Links that there are none of are left out. */
export function adaptiveCard(
  body: CardElement[],
  links: readonly (CardLink | undefined)[] = [],
): AdaptiveCard {
  const actions = links.flatMap((link): OpenUrl[] =>
    link === undefined ? [] : [{ type: 'Action.OpenUrl', ...link }],
  );
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body,
    ...(actions.length === 0 ? {} : { actions }),
  };
}

export function textBlock(text: string, look: Omit<TextBlock, 'type' | 'text' | 'wrap'> = {}): TextBlock {
  return { type: 'TextBlock', text, wrap: true, ...look };
}

/** The coloured head of a card: there is no other bar (FACTS 10.3). */
export function head(style: ContainerStyle, items: CardElement[]): Container {
  return { type: 'Container', style, bleed: true, items };
}
