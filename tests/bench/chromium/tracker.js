// The real tracker, as a site bundles it.
export { newTracker, trackPageView, trackSelfDescribingEvent, trackStructEvent } from '@snowplow/browser-tracker';
export {
  SnowplowEcommercePlugin,
  trackAddToCart,
  trackCheckoutStep,
  trackProductListClick,
  trackProductListView,
  trackProductView,
  trackPromotionClick,
  trackPromotionView,
  trackRemoveFromCart,
  trackTransaction,
  trackTransactionError,
} from '@snowplow/browser-plugin-snowplow-ecommerce';
