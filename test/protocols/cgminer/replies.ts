/** A summary as cgminer 4.11 gives it. */
export const summary: string =
  '{"STATUS":[{"STATUS":"S","When":986,"Code":11,"Msg":"Summary","Description":"cgminer 4.11.1"}],"SUMMARY":[{"Elapsed":975,"MHS av":184007000.0,"MHS 30s":197497926.49,"MHS 1m":197266944.16,"MHS 5m":186968586.55,"MHS 15m":124648835.18,"Found Blocks":0,"Getworks":30,"Accepted":148,"Rejected":1,"Hardware Errors":0,"Utility":9.61,"Best Share":19649871}],"id":1}';

/** The version of an Avalon. */
export const avalonVersion: string =
  '{"STATUS":[{"STATUS":"S","When":986,"Code":22,"Msg":"CGMiner versions","Description":"cgminer 4.11.1"}],"VERSION":[{"CGMiner":"4.11.1","API":"3.7","PROD":"AvalonMiner 15-194","MODEL":"15-194","HWTYPE":"MM4v2_X3","SWTYPE":"MM319","VERSION":"24102401_25462b2_9ddf522","DNA":"020100008c699117","MAC":"123456789012"}],"id":1}';
