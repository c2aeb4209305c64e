export function cardTextToHtml(text: string): string;
