export const layout: Record<string, number>;
