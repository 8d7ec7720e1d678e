namespace Tenon.Api.Schemas;

/// <summary>The patterns of the custom resource schemas (core API specification §1.1), kept to the letter.</summary>
public static class Patterns
{
    public const string DurationOrNever = "^(([0-9]+(s|m|h))+|Never)$";
    public const string Duration = "^([0-9]+(s|m|h))+$";
    public const string BudgetNodes = "^((100|[0-9]{1,2})%|[0-9]+)$";
    public const string BudgetDuration = "^((([0-9]+(h|m))|([0-9]+h[0-9]+m))(0s)?)$";
    public const string Cron =
        @"^(@(annually|yearly|monthly|weekly|daily|midnight|hourly))|((.+)\s(.+)\s(.+)\s(.+)\s(.+))$";
    public const string Key =
        @"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$";
    public const string LabelValue = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$";
    public const string Quantity =
        @"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";
    public const string Price = @"^\d+(\.\d+)?$";
    public const string PriceAdjustment = @"^(([+-]{1}(\d*\.?\d+))|(\+{1}\d*\.?\d+%)|(^(-\d{1,2}(\.\d+)?%)$)|(-100%))$";
    public const string ConditionType =
        @"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$";
    public const string ConditionReason = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$";
    public const string Group = "^[^/]*$";
}
